package org.medproof

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

class MessagesTest {
    private val english = Messages("en")
    private val chinese = Messages("zh-Hans")

    @Test
    fun everyVerdictOfTheVectorsIsExplainedInBothLanguages() {
        val cases = Vectors.cases("verify.json")
        for (case in cases) {
            val purpose = case.policy().purpose
            val reading = parseScan(case.text("scan"), false).readings.singleOrNull()
            val verdict = case.clientAfterUpdates().use {
                it.verify(case.text("scan"), case.bytes("proof"), case.nowMs(), case.policy())
            }
            for (messages in listOf(english, chinese)) {
                val explained = messages.explain(verdict, purpose, reading)
                assertTrue(explained.size > verdict.reasons.size, "${case.text("name")}: $explained")
                assertTrue(explained.all { it.title.isNotEmpty() && '{' !in it.title + it.detail + it.next })
            }
        }
    }

    @Test
    fun aPlaceholderIsFilledOrItsSentenceLeftOut() {
        val filled = english.message("freshness.stale", mapOf("age" to english.age(3_700_000uL)))
        assertTrue(filled!!.detail.startsWith("It is 1 hour old."), filled.detail)
        assertEquals("", english.message("freshness.stale")!!.detail)
        assertEquals("2 minutes", english.age(120_000uL))
        assertEquals("0 seconds", english.age(999uL))
        assertEquals("3天", chinese.age(3uL * 86_400_000uL))
    }

    @Test
    fun anUnknownCodeIsSaidByItsFamilyOrNotAtAll() {
        val truncated = english.message("trust.message.truncated")?.title
        assertEquals(truncated, english.message("trust.message.truncated.newer")?.title)
        assertEquals(null, english.message("nonsense"))
    }
}
