"""The client process: the link to the fleet server, the recorder, the machine's health."""
