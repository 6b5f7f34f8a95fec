"""REST and WebSocket face of the fleet server: route → service → model."""
