"""The one door to ultralytics, without its habits: it installs nothing, and Pillow stays as it is."""

import os

os.environ.setdefault("YOLO_AUTOINSTALL", "false")

import PIL.Image
from ultralytics.models.yolo.detect.train import DetectionTrainer
from ultralytics.models.yolo.model import YOLO
from ultralytics.nn.autobackend import AutoBackend
from ultralytics.nn.modules.conv import Conv
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils import YAML, patches

# It replaces Pillow's function by one that, for a damaged picture, tries to install a plug-in and then fails.
PIL.Image.open = patches._image_open

__all__ = [
    "YAML",
    "YOLO",
    "AutoBackend",
    "Conv",
    "DetectionModel",
    "DetectionTrainer",
]
