"""The process of `bench.servers.camera`: python3 gstreamer.py PORT USER:PASSWORD NAME=FILE...

It runs under the system's Python, which has the bindings of GStreamer. Each connection sees the file from its
beginning, at its own speed.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def main(port: str, login: str, *mounts: str) -> None:
    Gst.init(None)
    server = GstRtspServer.RTSPServer(service=port)
    server.set_address("127.0.0.1")
    auth, token = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(*login.split(":")), token)
    server.set_auth(auth)
    for mount in mounts:
        name, _, file = mount.partition("=")
        factory = GstRtspServer.RTSPMediaFactory()
        source = f'filesrc location="{file}" ! matroskademux ! h264parse config-interval=-1'
        factory.set_launch(f"( {source} ! rtph264pay name=pay0 pt=96 )")
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("viewer", "media.factory.access", True)
        permissions.add_permission_for_role("viewer", "media.factory.construct", True)
        factory.set_permissions(permissions)
        server.get_mount_points().add_factory(f"/{name}", factory)
    server.attach(None)
    GLib.MainLoop().run()


main(*sys.argv[1:])
