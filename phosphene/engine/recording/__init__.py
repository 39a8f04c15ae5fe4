"""Recording a live session: frames and sound on their way to the recorder process, and its choice among them."""
