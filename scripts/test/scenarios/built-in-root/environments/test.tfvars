parameters = { greeting = "hello" }
