"""Rules of markets: settings and roles (markets, members), sales and their life (sales), regular dates (cycles)."""
