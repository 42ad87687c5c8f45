"""The demo's support desk: people, customers, policies and two believable weeks. Written through the services only."""
