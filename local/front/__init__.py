"""Plays the site's CloudFront, API Gateway and Cognito's pages on one machine."""
