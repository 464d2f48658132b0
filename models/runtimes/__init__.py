"""How networks are run: by torch, by OpenVINO on a CPU, or on a GPU; the same results from each."""
