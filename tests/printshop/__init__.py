"""Business cards of made-up people, printed in sixteen designs and photographed in eleven ways."""
