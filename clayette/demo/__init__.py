"""The guide's story, from the opening of a market to the Monday payout, played through the API of a running suite."""
