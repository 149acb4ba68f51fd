"""Print the model zoo as a Markdown table: docs/reference/model_zoo.md has it."""

from fairmot_mm.commands.list_models import main

if __name__ == '__main__':
    main()
