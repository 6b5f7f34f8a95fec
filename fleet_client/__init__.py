"""The vehicle's side of the link: VDA 5050 over MQTT, store and forward."""
