"""Setting Doorstep up and running it: what `./run` hands over to.

Standard library only, because it runs before anything is installed. Nothing here imports Django or an app.
"""
