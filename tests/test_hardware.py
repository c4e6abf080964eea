"""What the hardware offers a training."""

import pytest
import tensorflow as tf

from resnet_lesson import hardware, settings


@pytest.mark.parametrize(
    ("flags", "environment", "expected"),
    [
        ("fpu avx512_bf16", {}, "mixed_bfloat16"),
        ("fpu amx_bf16 amx_tile", {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE_AMX"}, "mixed_bfloat16"),
        ("fpu amx_bf16", {"ONEDNN_MAX_CPU_ISA": "AVX2"}, "float32"),
        ("fpu amx_bf16", {"TF_ENABLE_ONEDNN_OPTS": "0"}, "float32"),
        ("fpu avx2", {}, "float32"),
        (None, {}, "float32"),
    ],
)
def test_the_precision_fits_the_processor(tmp_path, monkeypatch, flags, environment, expected):
    file = tmp_path / "cpuinfo"
    if flags:
        file.write_text(f"processor : 0\nflags\t\t: {flags}\n")
    monkeypatch.setattr(hardware, "Path", lambda _: file)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda _: [])
    for name in (settings.ONEDNN, *settings.INSTRUCTION_SETS):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert hardware.fitting_precision() == expected


@pytest.mark.parametrize(("capability", "expected"), [((8, 0), 1), ((7, 5), 0), ((9, 0), 1)])
def test_the_precision_fits_the_graphics_card(monkeypatch, capability, expected):
    details = {"compute_capability": capability}
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda _: ["card"])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _: details)
    assert hardware.fitting_precision() == hardware.PRECISIONS[expected]
