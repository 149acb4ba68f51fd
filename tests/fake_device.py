"""A device called ``fake`` whose memory is that of the CPU, and which mixes with none.

A tensor on it says ``device='fake:0'`` and holds a CPU tensor. Every operation of torch
on it runs on the CPU tensors, and its results are on the fake device. As on a GPU, an
operation on tensors of two devices is an error; only copies and numbers (tensors
without dimensions) may come from the CPU. So a forgotten ``.to(device)`` or
``device=...`` is found without a GPU. Real kernels, memory and time are not covered.

It is torch's third-party device (PrivateUse1), implemented in Python.
"""

from collections import Counter
from contextlib import contextmanager

import mmcv.ops.modulated_deform_conv as deform_conv
import torch
from torch.utils import backend_registration
from torch.utils._python_dispatch import return_and_correct_aliasing
from torch.utils._pytree import tree_flatten, tree_map_only

aten = torch.ops.aten
NAME = 'fake'
# Operations that may have tensors of both devices.
COPIES = {aten.copy_, aten._to_copy, aten._copy_from, aten._copy_from_and_resize}
# Operations whose result the program has to wait for on a real device.
READS = {
    aten._local_scalar_dense,
    aten.nonzero,
    aten.masked_select,
    aten._unique2,
    aten.unique_dim,
    aten.equal,
}
_COUNTERS = []


class FakeTensorOnDevice(torch.Tensor):
    """A tensor on the fake device, which holds a tensor on the CPU."""

    @staticmethod
    def __new__(cls, inner):
        return torch.Tensor._make_wrapper_subclass(
            cls,
            inner.shape,
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            device=torch.device(NAME, 0),
            requires_grad=False,
        )

    def __init__(self, inner):
        self.inner = inner

    def __repr__(self, **_):
        return f'fake:0 {self.inner}'

    def tolist(self):
        """torch refuses it for classes that extend tensors."""
        return self.cpu().tolist()

    def __reduce_ex__(self, protocol):
        """In a file it is a tensor of the CPU."""
        return self.inner.__reduce_ex__(protocol)

    def __tensor_flatten__(self):
        return ['inner'], None

    @staticmethod
    def __tensor_unflatten__(inner, *_):
        return FakeTensorOnDevice(inner['inner'])

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return run(func, args, kwargs or {})


def run(func, args, kwargs):
    """Run an operation on the CPU tensors; refuse tensors of two devices."""
    flat = tree_flatten((args, kwargs))[0]
    tensors = [value for value in flat if isinstance(value, torch.Tensor)]
    packet = func.overloadpacket
    if packet not in COPIES:
        refuse_mixed(func, tensors)
    count(func, args, kwargs, tensors)
    device = kwargs.get('device')
    target = device is not None and torch.device(device).type
    inner_args, inner_kwargs = tree_map_only(
        FakeTensorOnDevice, lambda x: x.inner, (args, kwargs)
    )
    if target:
        inner_kwargs['device'] = torch.device('cpu')
    out = func(*inner_args, **inner_kwargs)
    if target == 'cpu' or (packet is aten.copy_ and not on_device(args[0])):
        return args[0] if packet is aten.copy_ else out
    out = tree_map_only(torch.Tensor, FakeTensorOnDevice, out)
    return return_and_correct_aliasing(func, args, kwargs, out)


class Extension:
    """A module of compiled operators, such as mmcv's, that runs them on this device."""

    def __init__(self, module):
        self._module = module

    def __getattr__(self, name):
        function = getattr(self._module, name)

        def call(*args, **kwargs):
            flat = tree_flatten((args, kwargs))[0]
            refuse_mixed(name, [x for x in flat if isinstance(x, torch.Tensor)])
            args, kwargs = tree_map_only(
                FakeTensorOnDevice, lambda x: x.inner, (args, kwargs)
            )
            return function(*args, **kwargs)

        return call


def on_device(value):
    return isinstance(value, FakeTensorOnDevice)


def refuse_mixed(func, tensors):
    others = [x for x in tensors if not on_device(x) and x.dim()]
    if others and any(map(on_device, tensors)):
        # A GPU also takes indices that are on the CPU, and waits for their copy.
        raise RuntimeError(
            f'{func}: expected all tensors to be on the same device, but found '
            f'fake:0 and {others[0].device} {tuple(others[0].shape)}'
        )


def count(func, args, kwargs, tensors):
    """Count what a program waits for on a real device."""
    packet = func.overloadpacket
    by_mask = packet in (aten.index, aten.index_put_, aten._index_put_impl_) and any(
        x is not None and x.dtype in (torch.bool, torch.uint8) for x in args[1]
    )
    unsized = packet is aten.repeat_interleave and not kwargs.get('output_size')
    crossing = packet in COPIES and not kwargs.get('non_blocking')
    if crossing and packet is aten.copy_:
        crossing = on_device(args[0]) != on_device(args[1])
    elif crossing:
        device = kwargs.get('device')
        crossing = device is not None and torch.device(device).type != NAME
    if packet in READS or by_mask or unsized or crossing:
        for counter in _COUNTERS:
            counter[str(func)] += 1


@contextmanager
def count_waits():
    """Count, by name, the operations in the body that wait for the device."""
    counter = Counter()
    _COUNTERS.append(counter)
    try:
        yield counter
    finally:
        _COUNTERS.remove(counter)


def empty(
    size, *, dtype=None, layout=None, device=None, pin_memory=None, memory_format=None
):
    memory_format = memory_format or torch.contiguous_format
    return FakeTensorOnDevice(
        torch.empty(size, dtype=dtype, memory_format=memory_format)
    )


def empty_strided(
    size, stride, *, dtype=None, layout=None, device=None, pin_memory=None
):
    return FakeTensorOnDevice(torch.empty_strided(size, stride, dtype=dtype))


def copy_from(source, target, non_blocking=False):
    """Copy where torch does not ask the class, as in ``torch.tensor(..., device=)``."""
    pair = [x.inner if on_device(x) else x for x in (source, target)]
    pair[1].copy_(pair[0])
    for counter in _COUNTERS:
        counter['aten._copy_from'] += 1
    return target


class Module(backend_registration._DummyBackendModule):
    """``torch.fake``."""

    def get_amp_supported_dtype(self):
        return [torch.bfloat16, torch.float16]


def register():
    """Make the device known to torch; for the rest of the process."""
    backend_registration._setup_privateuseone_for_python_backend(NAME, Module())
    library = torch.library.Library('aten', 'IMPL')
    library.impl('empty.memory_format', empty, 'PrivateUse1')
    library.impl('empty_strided', empty_strided, 'PrivateUse1')
    library.impl('_copy_from', copy_from, 'PrivateUse1')
    # Mixed precision changes nothing on this device.
    others = torch.library.Library('_', 'IMPL')
    others.fallback(torch.library.fallthrough_kernel, 'AutocastPrivateUse1')
    return library, others


def replace_outside_of_torch(patch):
    """Let mmcv's operators, generators and loaded files know the device.

    Args:
        patch: pytest's ``monkeypatch``.
    """
    patch.setattr(deform_conv, 'ext_module', Extension(deform_conv.ext_module))
    generator, load = torch.Generator, torch.load

    def make_generator(device='cpu'):
        return generator('cpu' if torch.device(device).type == NAME else device)

    def load_to(*args, map_location=None, **kwargs):
        if not isinstance(map_location, str) or torch.device(map_location).type != NAME:
            return load(*args, map_location=map_location, **kwargs)
        loaded = load(*args, map_location='cpu', **kwargs)
        return tree_map_only(torch.Tensor, FakeTensorOnDevice, loaded)

    patch.setattr(torch, 'Generator', make_generator)
    patch.setattr(torch, 'load', load_to)
