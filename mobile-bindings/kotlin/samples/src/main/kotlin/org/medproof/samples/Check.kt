package org.medproof.samples

import org.medproof.Answer
import org.medproof.Checker
import org.medproof.ClientException
import org.medproof.FileMemory
import org.medproof.LookupPolicy
import org.medproof.Message
import org.medproof.Messages
import org.medproof.Outcome
import org.medproof.Purpose
import org.medproof.answer
import org.medproof.messageFromText
import org.medproof.parseScan
import java.io.File
import java.io.IOException
import kotlin.system.exitProcess

private const val USAGE = """usage: check --anchor FILE [--node URL]... [--proof FILE] [--save FILE] [--purpose PURPOSE] [--language en|zh-Hans] SCAN
       check --demo FILE-OR-URL [--node URL]... [--save FOLDER | --proof FOLDER]
exit code: 0 ok, 1 failed, 2 wrong arguments, 3 warn, 4 do not use, 5 unknown, 6 cannot tell"""

/** One scan, or every outcome of a demonstration, from the command line. */
fun main(arguments: Array<String>) {
    exitProcess(runOrSay(arguments.toList(), ::println))
}

/** As [run]; what is wrong with a file or an option is said as well. */
fun runOrSay(arguments: List<String>, say: (String) -> Unit): Int {
    val wrong = try {
        return run(arguments, say)
    } catch (wrong: IOException) {
        wrong
    } catch (wrong: IllegalArgumentException) {
        wrong
    } catch (wrong: ClientException) {
        wrong
    }
    say("check: $wrong")
    return 1
}

/** The exit code; what is said goes to `say`. */
fun run(arguments: List<String>, say: (String) -> Unit): Int {
    val (named, unnamed) = options(arguments)
    val demo = named["--demo"]?.singleOrNull()
    val anchor = named["--anchor"]?.singleOrNull()
    val scan = unnamed.singleOrNull()
    val file = { name: String -> named[name]?.single()?.let(::File) }
    if (demo != null) return Demo(demo, named["--node"], file("--save"), file("--proof"), say).run()
    if (anchor == null || scan == null) return 2.also { say(USAGE) }
    val asked = (named["--purpose"]?.single() ?: "holder").uppercase()
    val purpose = Purpose.entries.find { it.name == asked } ?: return 2.also { say(USAGE) }
    val messages = Messages(named["--language"]?.single() ?: "en")
    val carried = named["--proof"]?.single()?.let { message(File(it)) }
    val memory = FileMemory(File("$anchor.memory"))
    return Checker(File(anchor).readBytes(), named["--node"].orEmpty(), memory).use { checker ->
        val lookup = if ("--save" in named) LookupPolicy.BUNDLE else LookupPolicy.BUCKET
        val outcome = checker.check(scan, purpose, carried, lookup)
        (outcome as? Outcome.Answered)?.proof?.let { proof -> file("--save")?.writeBytes(proof) }
        show(outcome, scan, purpose, messages, say)
    }
}

/** Options with their values, and what stands alone. */
private fun options(arguments: List<String>): Pair<Map<String, List<String>>, List<String>> {
    val named = mutableMapOf<String, MutableList<String>>()
    val unnamed = mutableListOf<String>()
    val rest = ArrayDeque(arguments)
    while (rest.isNotEmpty()) {
        val word = rest.removeFirst()
        val isOption = word.startsWith("--") && rest.isNotEmpty()
        if (isOption) named.getOrPut(word, ::mutableListOf) += rest.removeFirst() else unnamed += word
    }
    return named to unnamed
}

/** A message in its bytes, or as the text of a QR code. */
private fun message(file: File): ByteArray = file.readBytes().let { messageFromText(it.decodeToString().trim()) ?: it }

private fun show(outcome: Outcome, scan: String, purpose: Purpose, messages: Messages, say: (String) -> Unit): Int {
    outcome.failures.forEach { say("${it.node}: ${it.reason}") }
    val explained = when (outcome) {
        is Outcome.Answered ->
            messages.explain(outcome.verdict, purpose, parseScan(scan, false).readings.singleOrNull())
        is Outcome.NoAnswer -> messages.noAnswer(purpose)
    }
    explained.forEach { say(it.inFull()) }
    return exitCode(outcome)
}

private fun Message.inFull() =
    listOf("$title  [$code]", "    $detail", "    $next").filter { it.isNotBlank() }.joinToString("\n")

private fun exitCode(outcome: Outcome): Int = when (outcome) {
    is Outcome.NoAnswer -> 6
    is Outcome.Answered -> when (outcome.verdict.answer) {
        is Answer.Ok -> 0
        is Answer.Warn -> 3
        is Answer.DoNotUse -> 4
        is Answer.Unknown -> 5
        is Answer.CannotTell -> 6
    }
}
