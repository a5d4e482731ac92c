"""`python -m ups_gateway` and the command `ups-gateway`."""

from ups_gateway.cli import main

if __name__ == "__main__":
    main()
