"""Convert CrowdHuman, with an identity for every box or without identities."""

from fairmot_mm.commands.crowdhuman_to_jde import main

if __name__ == '__main__':
    main()
