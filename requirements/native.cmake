# Read when llama.cpp itself is configured: llama-cpp-python asks for the code that its programs share, by force. Arena
# calls only the library.
set(LLAMA_BUILD_COMMON OFF)
