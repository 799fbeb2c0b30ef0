"""/api/v1: one blueprint per module. Requests are checked by the schemas that the services themselves check with."""
