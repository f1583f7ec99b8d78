"""What is known, put together as pages: somebody, who and what there is, the months, how memory grows and fades."""
