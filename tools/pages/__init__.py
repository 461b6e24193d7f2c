"""The pages of the web site, put together from the lectures and from docs/; `tools.site` has them built."""
