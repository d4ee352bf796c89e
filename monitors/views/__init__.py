"""The pages of the monitors app, by what they are about."""
