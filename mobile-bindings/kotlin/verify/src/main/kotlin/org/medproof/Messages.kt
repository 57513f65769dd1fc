package org.medproof

import java.time.LocalDate
import java.util.Properties

/** What a person is told about one code: the title always stands, the rest only where it could be filled in. */
data class Message(val code: String, val title: String, val detail: String, val next: String, val severity: String)

/** The message catalogue in one language, `en` or `zh-Hans`. */
class Messages(language: String) {
    private val texts = Properties()

    init {
        val file = javaClass.getResourceAsStream("messages-$language.properties")
        requireNotNull(file) { "there is no message catalogue in `$language`" }.reader().use(texts::load)
    }

    /** What is said about a verdict: the overall answer, each reason, and what the check cannot show. */
    fun explain(verdict: Verdict, purpose: Purpose, reading: Reading? = null): List<Message> {
        val codes = listOf(overallCode(verdict.overall, purpose)) + verdict.reasons
        val isGood = verdict.answer is Answer.Ok || verdict.answer is Answer.Warn
        return (if (isGood) codes + "not-proved.copy" else codes).mapNotNull { message(it, values(verdict, reading)) }
    }

    /** What is said where no node answered: that the check could not be made, and nothing about the pack. */
    fun noAnswer(purpose: Purpose): List<Message> = listOfNotNull(message(overallCode("cannot-tell", purpose)))

    /** "Did you get it about then?", for a holder whose pack was given out on that day. */
    fun question(day: UInt): Message? = message("question.got-it-then", mapOf("day" to date(day)))

    /** The message of one code; of a code that this version does not know, that of the family that has one. */
    fun message(code: String, values: Map<String, String> = emptyMap()): Message? {
        val known = generateSequence(code) { it.substringBeforeLast('.', "").ifEmpty { null } }
        val key = known.firstOrNull { texts.containsKey("$it.title") } ?: return null
        val text = { field: String -> filled(texts.getProperty("$key.$field"), values) }
        return Message(code, text("title"), text("detail"), text("next"), texts.getProperty("$key.severity"))
    }

    /** A length of time in words, rounded down. */
    fun age(ms: ULong): String {
        val (unit, length) = units.first { (_, length) -> ms >= length || length == 1_000uL }
        val count = ms / length
        val key = if (count == 1uL) "age.$unit" else "age.${unit}s"
        return message(key, mapOf("count" to count.toString()))?.title.orEmpty()
    }

    private fun values(verdict: Verdict, reading: Reading?): Map<String, String> {
        val axes = verdict.axes
        val day = { number: UInt? -> number?.let(::date) }
        return listOfNotNull(
            axes.ageMs?.let { "age" to age(it) },
            axes.height?.let { "height" to it.toString() },
            axes.problem?.expected?.let { "expected" to it.toString() },
            axes.problem?.found?.let { "found" to it.toString() },
            axes.lotLedger?.let { "lot_ledger" to it },
            day(axes.expiryDay)?.let { "expiry_ledger" to it },
            day(axes.sinceDay)?.let { "day" to it },
            reading?.lot?.let { "lot_pack" to it },
            day(reading?.expiryDay)?.let { "expiry_pack" to it },
        ).toMap()
    }

    private fun date(day: UInt) = LocalDate.ofEpochDay(day.toLong()).toString()

    /** A text of which a placeholder stays open says nothing: it is left out. */
    private fun filled(text: String, values: Map<String, String>): String {
        val filled = values.entries.fold(text) { so, (name, value) -> so.replace("{$name}", value) }
        return if (placeholder.containsMatchIn(text.removeAll(values.keys))) "" else filled
    }

    private fun String.removeAll(names: Set<String>): String = names.fold(this) { so, name -> so.replace("{$name}", "") }

    private fun overallCode(overall: String, purpose: Purpose) = "overall.$overall.${purpose.name.lowercase()}"

    private companion object {
        val placeholder = Regex("\\{[a-z_]+}")
        val units = listOf(
            "day" to 86_400_000uL,
            "hour" to 3_600_000uL,
            "minute" to 60_000uL,
            "second" to 1_000uL,
        )
    }
}
