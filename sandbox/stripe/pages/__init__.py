"""The pages that a person sees: payment, 3-D Secure, onboarding."""
