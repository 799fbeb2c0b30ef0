"""What every service needs to talk without losing or doubling anything. Start reading at service.py."""
