"""Exchange of coding tasks with the tools in which scholars code: out as masked sentences, back as codes."""
