"""The demonstration and generated loads, and the site on the embedded database that both start."""
