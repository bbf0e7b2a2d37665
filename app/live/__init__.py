"""What has just changed, told to open screens at once: ids only, to those whose scope shows them."""
