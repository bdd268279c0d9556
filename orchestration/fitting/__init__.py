"""Fits what SQL cannot: lag curves and predictions, landed as source `models`."""
