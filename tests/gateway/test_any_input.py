"""Whatever is sent, the API answers as its document says, and never with a fault of its own."""
