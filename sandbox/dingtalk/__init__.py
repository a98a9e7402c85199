"""A DingTalk that runs on this machine: its API of both generations, its pushes over HTTP and Stream, its people."""
