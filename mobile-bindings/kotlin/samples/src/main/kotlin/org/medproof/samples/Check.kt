package org.medproof.samples

import com.google.gson.JsonObject
import com.google.gson.JsonParser
import org.medproof.Answer
import org.medproof.Checker
import org.medproof.FileMemory
import org.medproof.Message
import org.medproof.Messages
import org.medproof.Outcome
import org.medproof.Purpose
import org.medproof.answer
import org.medproof.messageFromText
import org.medproof.parseScan
import java.io.File
import java.net.URI
import java.util.Base64
import kotlin.io.path.createTempDirectory
import kotlin.system.exitProcess

private const val USAGE = """usage: check --anchor FILE [--node URL]... [--proof FILE] [--purpose PURPOSE] [--language en|zh-Hans] SCAN
       check --demo FILE-OR-URL
exit code: 0 ok, 3 warn, 4 do not use, 5 unknown, 6 cannot tell"""

/** One scan, or every outcome of a demonstration, from the command line. */
fun main(arguments: Array<String>) {
    exitProcess(run(arguments.toList(), ::println))
}

/** The exit code; what is said goes to `say`. */
fun run(arguments: List<String>, say: (String) -> Unit): Int {
    val (named, unnamed) = options(arguments)
    val demo = named["--demo"]?.singleOrNull()
    val anchor = named["--anchor"]?.singleOrNull()
    val scan = unnamed.singleOrNull()
    if (demo != null) return demonstrate(demo, say)
    if (anchor == null || scan == null) return 2.also { say(USAGE) }
    val purpose = Purpose.valueOf((named["--purpose"]?.single() ?: "holder").uppercase())
    val messages = Messages(named["--language"]?.single() ?: "en")
    val carried = named["--proof"]?.single()?.let { message(File(it)) }
    val memory = FileMemory(File("$anchor.memory"))
    return Checker(File(anchor).readBytes(), named["--node"].orEmpty(), memory).use { checker ->
        show(checker.check(scan, purpose, carried), scan, purpose, messages, say)
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

/** Checks each outcome of a demo.json as it is stated there. */
private fun demonstrate(place: String, say: (String) -> Unit): Int {
    val text = if (place.startsWith("http")) URI(place).toURL().readText() else File(place).readText()
    val demo = JsonParser.parseString(text).asJsonObject
    val folder = createTempDirectory().toFile()
    val anchor = Base64.getDecoder().decode(demo["anchor"].asString)
    val nodes = demo["nodes"].asJsonArray.map { it.asString }
    val outcomes = demo["outcomes"].asJsonObject.entrySet()
    val wrong = Checker(anchor, nodes, FileMemory(File(folder, "memory"))).use { checker ->
        outcomes.count { (name, stated) -> !agrees(checker, name, stated.asJsonObject, say) }
    }
    folder.deleteRecursively()
    return if (wrong == 0) 0 else 1
}

private fun agrees(checker: Checker, name: String, stated: JsonObject, say: (String) -> Unit): Boolean {
    val outcome = checker.check(stated["scan"].asString, Purpose.valueOf(stated["purpose"].asString.uppercase()))
    val verdict = (outcome as? Outcome.Answered)?.verdict
    val reasons = stated["reasons"].asJsonArray.map { it.asString }
    val agrees = verdict?.overall == stated["overall"].asString && verdict.reasons == reasons
    val found = "${verdict?.overall ?: "no answer"}, ${verdict?.reasons.orEmpty()}"
    say("${if (agrees) "as stated" else "OTHERWISE"}  $name: $found")
    return agrees
}
