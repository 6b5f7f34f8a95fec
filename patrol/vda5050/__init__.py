"""VDA 5050 version 2.1.0: messages, our extensions, topic names, schemas."""
