"""How requests look on the wire: recognise, take the credentials out, unwrap, wrap the answer, wrap the fault."""
