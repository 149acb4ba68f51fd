"""Export the network of a config, up to its detections, as one ONNX file."""

from fairmot_mm.commands.export_onnx import main

if __name__ == '__main__':
    main()
