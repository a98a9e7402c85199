"""WeChat official accounts (公众号): what their followers do, and answers to who has just written."""
