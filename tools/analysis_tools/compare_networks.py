"""Compare networks: parameters, multiply-adds and time for a frame on this CPU."""

from fairmot_mm.commands.compare_networks import main

if __name__ == '__main__':
    main()
