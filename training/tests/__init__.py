"""Tests of the training pipeline on toy data."""
