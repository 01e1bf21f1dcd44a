package com.example.search; public class Handler { public String handleRequest(Object event) { return "{}"; } }
