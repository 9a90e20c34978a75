"""Pages of shares, which browsers open: whole without a script, and framed by nobody but embeds."""
