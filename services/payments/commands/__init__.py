"""What payments does, by noun. Start at checkout (a member pays) and webhooks (the provider tells)."""
