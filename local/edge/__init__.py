"""Plays S3's front door and CloudFront, with the checks that moto leaves out."""
