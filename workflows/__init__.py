"""What a person does: specify, submit, watch, recover, query, report."""
