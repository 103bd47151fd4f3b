"""SGLang: a server's client, and a server started for a model."""
