"""What the stages of the training pipeline share."""
