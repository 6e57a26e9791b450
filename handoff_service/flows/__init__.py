"""The story, one step a file: customer_message → bot_turn → handoff → assignment → agent_reply → resolution; sweep."""
