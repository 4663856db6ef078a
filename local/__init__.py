"""The whole product on this machine, deployed from template.yaml, without Docker and internet."""
