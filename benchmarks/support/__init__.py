"""What benchmarks share with tests, which may import it: models made for a purpose, and a real SGLang server."""
