"""What every test may use."""

from hypothesis import settings

# The same examples each time, so that a run says something of the change and not of luck; time is measured in bench/.
# `pytest --hypothesis-profile=default` looks further.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
